"""The step type chart.image: charts drawn by a QuickChart server."""
