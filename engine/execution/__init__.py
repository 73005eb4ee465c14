"""What happens next: decide, retry, circuit breaker and the driver that carries decisions out."""
