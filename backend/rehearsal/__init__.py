"""Simulated phones over real HTTP and websockets. Knows the protocol and nothing of the server's inside."""
