"""The bell and the live channel: Celery wakes workers, Channels carries facts to browsers."""
