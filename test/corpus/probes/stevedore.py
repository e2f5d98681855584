import stevedore
manager = stevedore.ExtensionManager("stevedore.example.formatter", invoke_on_load=False)
print(sorted(manager.names()))
