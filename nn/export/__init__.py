"""The ways out: networks for other programs, and for whoever outgrows one machine.

nn.export.to_onnx(net, "net.onnx", data.test.x[:1])      # for onnxruntime and others; needs the onnx package
print(nn.export.to_torch(trainer))                       # the same program, in PyTorch

Weights alone go out by `nn.save(net, "weights.safetensors")`, under PyTorch's names.
"""

from .onnx_model import to_onnx
from .torch_source import to_torch

__all__ = ["to_onnx", "to_torch"]
