"""How many threads matrix products use: `nn.get_num_threads`, `nn.set_num_threads`, `with nn.num_threads(1)`."""

from .pool import adjustable, get_num_threads, limited, num_threads, set_num_threads
from .sizing import suited

__all__ = ["adjustable", "get_num_threads", "limited", "num_threads", "set_num_threads", "suited"]
