"""What one does to all parameters at once, under PyTorch's names: clip gradients, lay parameters end to end.

nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)      # between backward() and step()
vector = nn.utils.parameters_to_vector(net.parameters())
"""

from .clipping import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm
from .vectors import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
    "parameters_to_vector",
    "vector_to_parameters",
]
