"""Real servers for tests, each private to the test run: started on a free loopback port."""
