"""The engine: carries out flows durably, and shows what it did."""
