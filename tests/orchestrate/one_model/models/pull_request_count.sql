select count(*) as pull_request_count
from {{ source('github', 'pull_request') }}
