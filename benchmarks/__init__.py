"""What Qflow costs, measured: one module per benchmark, and the runner behind ``qflow bench``."""
