-- Of an account by one login; and, for rows that tell no account, of whoever held the login.
select
    earlier.user_key,
    later.user_key as overlapping_user_key
from {{ ref('dim_github__user') }} as earlier
inner join {{ ref('dim_github__user') }} as later
    on
        earlier.github_login = later.github_login
        and earlier.user_key <> later.user_key
        and (
            (
                earlier.github_user_id is not distinct from later.github_user_id
                and earlier.valid_from <= later.valid_from
                and coalesce(earlier.valid_to, '9999-12-31'::timestamp_ntz) > later.valid_from
            )
            or (
                earlier.login_held_from <= later.login_held_from
                and coalesce(earlier.valid_to, '9999-12-31'::timestamp_ntz) > later.login_held_from
            )
        )
