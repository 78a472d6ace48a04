with listed as (
    select distinct lower(github_login) as github_login
    from {{ ref('github_service_account') }}
),

account as (
    select
        account.*,
        listed.github_login is not null
        or {{ is_service_account('account.github_login') }} as is_service_account
    from {{ ref('int_github__account') }} as account
    left join listed
        on account.github_login = listed.github_login
),

-- A row of the lookup belongs to an account by its login, but not where that was another account's then; or by its id
-- where the login has changed since.
claim as (
    select
        account.github_login as account_login,
        true as is_by_login,
        lookup.*
    from account
    inner join {{ ref('base_github__user_lookup') }} as lookup
        on
            account.github_login = lookup.github_login
            and coalesce(account.github_user_id = lookup.github_user_id, true)
    union all
    select
        account.github_login as account_login,
        false as is_by_login,
        lookup.*
    from account
    inner join {{ ref('base_github__user_lookup') }} as lookup
        on
            account.github_user_id = lookup.github_user_id
            and account.github_login <> lookup.github_login
),

newest as (
    select
        *,
        max(_ingested_at) over (partition by account_login) as claims_ingested_at
    from claim
    qualify row_number() over (
        partition by account_login, user_lookup_key
        order by _ingested_at desc, updated_at desc nulls last
    ) = 1
),

-- An account has one login at a time: what was claimed of its former ones is left over, since nobody takes it back.
present as (
    select *
    from newest
    qualify
        _deleted_at is not null
        or github_user_id is null
        or github_login = first_value(github_login) over (
            partition by account_login, github_user_id
            order by iff(_deleted_at is null, 0, 1) asc, _ingested_at desc, updated_at desc nulls last, github_login asc
        )
),

ranked as (
    select
        *,
        iff(_deleted_at is null, ldap, null) as claimed_ldap,
        case
            when _deleted_at is not null then 6
            when ldap is null then 5
            when match_method = 'mapping_file' then 1
            when match_method = 'saml' then 2
            when match_method = 'scim' then 3
            when match_method = 'ldap_dn' then 4
            else 5
        end as precedence
    from present
),

settled as (
    select
        *,
        count(distinct lower(claimed_ldap)) over (partition by account_login) as claimed_ldap_count
    from ranked
    qualify row_number() over (
        partition by account_login
        order by
            precedence asc,
            is_by_login desc,
            updated_at desc nulls last,
            lower(ldap) asc nulls last,
            source_org asc
    ) = 1
),

override as (
    select
        *,
        lower(github_login) as account_login
    from {{ ref('github_identity_override') }}
    qualify row_number() over (partition by lower(github_login) order by github_login asc) = 1
),

-- A claim of a row that is deleted settles nothing; it only says when that became so.
combined as (
    select
        account.github_login,
        account.github_user_id,
        account.github_user_type,
        account.is_service_account,
        coalesce(override.ldap, settled.claimed_ldap) as ldap,
        coalesce(override.name, iff(settled._deleted_at is null, settled.name, null)) as name,
        coalesce(override.email, iff(settled._deleted_at is null, settled.email, null)) as email,
        coalesce(override.team, iff(settled._deleted_at is null, settled.team, null)) as team,
        coalesce(override.title, iff(settled._deleted_at is null, settled.title, null)) as title,
        coalesce(override.manager_ldap, iff(settled._deleted_at is null, settled.manager_ldap, null))
            as manager_ldap,
        coalesce(override.is_active, iff(settled._deleted_at is null, settled.is_active, null)) as is_active,
        case
            when override.ldap is not null then 'override'
            when settled.claimed_ldap is null then 'none'
            else settled.match_method
        end as match_method,
        coalesce(settled.claimed_ldap_count, 0) as claimed_ldap_count,
        coalesce(settled.claims_ingested_at, account._ingested_at, '1970-01-01'::timestamp_ntz)
            as _ingested_at
    from account
    left join settled on account.github_login = settled.account_login
    left join override on account.github_login = override.account_login
)

select
    github_login,
    github_user_id,
    github_user_type,
    {{ account_type('github_login', 'github_user_type', 'is_service_account') }} as account_type,
    is_service_account,
    ldap,
    name,
    email,
    team,
    title,
    manager_ldap,
    is_active,
    match_method,
    claimed_ldap_count,
    coalesce('ldap:' || lower(ldap), 'id:' || github_user_id, 'login:' || github_login) as person_key,
    _ingested_at
from combined
