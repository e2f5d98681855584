from typing import List
from pydantic import BaseModel, EmailStr, ValidationError
class User(BaseModel):
    id: int
    mail: EmailStr
    tags: List[str] = []
print(User.model_validate_json('{"id": "3", "mail": "a@example.com"}'))
try:
    User(id="x", mail="nowhere")
except ValidationError as error:
    print(error.error_count(), User.model_json_schema()["required"])
