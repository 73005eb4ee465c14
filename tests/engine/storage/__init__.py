"""Tests of the storage adapters beyond what their ports' contracts say."""
