"""States in files: of a network, an optimiser, or a whole run.

nn.save(net, "weights.npz")
net.load_state_dict(nn.load("weights.npz"))
nn.save(trainer, "run.npz")                     # and trainer.load_state_dict(nn.load("run.npz")) goes on exactly
nn.save(net, "weights.safetensors")             # for other libraries; needs the safetensors package

An .npz is a zip of NumPy arrays, which `numpy.load` reads too; nothing in it is ever unpickled, so a file from a
stranger can do no more than hold wrong numbers. A file is replaced at once or not at all.
"""

from .files import load, save

__all__ = ["load", "save"]
