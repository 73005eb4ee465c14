"""Notifications: what members should know of their DAO, in the browser, by mail and by webhook."""
