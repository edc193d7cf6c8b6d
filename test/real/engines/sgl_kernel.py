"""Stands where SGLang's compiled kernels would be, on a CPU that they are not built for.

Every name and every submodule can be imported. The paths that run here (torch_native attention, pytorch sampling) call none
of them; whatever is called all the same says which kernel it would have been.
"""
import importlib.abc
import importlib.machinery
import sys
import types

__path__ = []
__version__ = "0.4.10"  # SGLang refuses to start below its minimum.


class Kernel:
    """A kernel that is not there."""

    def __init__(self, name):
        self.__name__ = self.__qualname__ = name

    def __getattr__(self, name):
        return kernel(f"{self.__name__}.{name}")

    def __call__(self, *_, **__):
        raise NotImplementedError(f"no compiled kernel on this CPU: {self.__name__}")


def kernel(name):
    # What Python itself asks of a module (`__file__`, `__all__`) has the usual answer: it is not there.
    if name.rpartition(".")[2].startswith("__"):
        raise AttributeError(name)
    return Kernel(name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every `sgl_kernel.…`."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith(__name__ + "."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: kernel(f"{spec.name}.{name}")
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Finder())


def __getattr__(name):
    return kernel(f"{__name__}.{name}")
