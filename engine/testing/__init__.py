"""Fakes of every port and the seeded simulation; product code never imports it."""
