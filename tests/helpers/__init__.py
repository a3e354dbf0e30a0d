"""What several tests share: made-up inputs, copies of the tree, readers of its source."""
