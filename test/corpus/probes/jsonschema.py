import jsonschema
checker = jsonschema.Draft202012Validator({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["b"]})
jsonschema.Draft202012Validator.check_schema(checker.schema)
print(sorted(error.message for error in checker.iter_errors({"a": "x"})))
