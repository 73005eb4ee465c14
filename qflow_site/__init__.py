"""Composition of the Django project: settings, urls, the ASGI application and the Celery application."""
