"""The peer: libp2p host, topics and wire messages."""
