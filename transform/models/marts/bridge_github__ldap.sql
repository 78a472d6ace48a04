select
    github_login,
    github_user_id,
    ldap,
    person_key,
    account_type,
    match_method,
    ldap is not null as is_matched,
    claimed_ldap_count,
    claimed_ldap_count > 1 as is_conflict
from {{ ref('int_github__user_identity') }}
