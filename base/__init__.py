"""What all apps stand on; it knows no word of the business."""
