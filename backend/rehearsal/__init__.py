"""Simulated phones over real HTTP and websockets. Knows the protocol, by `client`, and nothing of the server's inside."""
