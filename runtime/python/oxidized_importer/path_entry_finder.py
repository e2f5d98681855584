"""What OxidizedFinder.path_hook gives for one folder of the executable."""


class OxidizedPathEntryFinder:
    def __init__(self, finder, package):
        self._finder = finder
        # The package whose modules this finds; None for the top.
        self._package = package

    def find_spec(self, fullname, target=None):
        parent = fullname.rpartition(".")[0]
        if parent != (self._package or ""):
            return None
        return self._finder.find_spec(fullname, None, target)

    def find_distributions(self, context=None):
        return [] if self._package is not None else self._finder.find_distributions(context)

    def invalidate_caches(self):
        self._finder.invalidate_caches()

    def iter_modules(self, prefix=""):
        return self._finder._index.children(self._package, prefix)
