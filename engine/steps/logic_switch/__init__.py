"""The step type logic.switch: items split over named cases."""
