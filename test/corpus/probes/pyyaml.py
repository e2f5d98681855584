import yaml, yaml.cyaml
print(yaml.load("a: [1, 2.5, ~, yes]", Loader=yaml.CSafeLoader), yaml.safe_dump({"b": 1}).strip(), yaml.__with_libyaml__)
