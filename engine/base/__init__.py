"""Words everybody shares: ids, canonical encoding, CIDs, errors and limits; knows nothing else."""
