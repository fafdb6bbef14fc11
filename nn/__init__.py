"""Neural networks on top of `autograd`, under PyTorch's names."""
