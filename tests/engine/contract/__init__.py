"""What every implementation of a port must do: one file per port, run against the fake and the real ones."""
