with version as (
    select
        *,
        dbt_valid_from as began_at,
        dbt_valid_to as ended_at
    from {{ ref('snap_github__user') }}
    -- A state that was replaced before time passed was a mistake, not history.
    where dbt_valid_to is null or dbt_valid_to > dbt_valid_from
),

numbered as (
    select
        * exclude (github_user_id),
        -- Where no id was seen, it is that of the next account with the login, else of the one before.
        coalesce(
            github_user_id,
            lead(github_user_id) ignore nulls over (partition by github_login order by began_at),
            lag(github_user_id) ignore nulls over (partition by github_login order by began_at)
        ) as github_user_id,
        row_number() over (partition by github_login order by began_at) as period_number
    from version
),

own as (
    select
        *,
        coalesce('id:' || github_user_id, 'login:' || github_login) as account_key
    from numbered
),

holder as (
    select
        github_login,
        account_key,
        min(began_at) as login_began_at,
        lead(min(began_at)) over (
            partition by account_key
            order by min(began_at), github_login
        ) as next_login_began_at,
        row_number() over (partition by github_login order by min(began_at)) = 1 as is_first_of_login
    from own
    group by
        github_login,
        account_key
),

-- Rows that are read again after an account has changed its name have the new one, whatever they were then: before
-- that, what held for the account by its former names holds.
period as (
    select
        holder.github_login || iff(own.github_login = holder.github_login, '', '|' || own.github_login)
        || '|' || own.period_number as user_key,
        holder.github_login,
        own.* exclude (github_login),
        own.github_login = holder.github_login as is_own,
        holder.is_first_of_login,
        holder.login_began_at
    from holder
    inner join holder as former
        on
            holder.account_key = former.account_key
            and (holder.github_login = former.github_login or holder.login_began_at > former.login_began_at)
    inner join own
        on
            former.account_key = own.account_key
            and former.github_login = own.github_login
    where own.github_login = holder.github_login or own.began_at < former.next_login_began_at
),

-- Before anything was known of who somebody is there is no state: what is known first holds for it, too.
known as (
    select
        *,
        row_number() over (partition by github_login, account_key order by began_at) = 1 as is_first
    from (
        select *
        from period
        qualify
            count_if(match_method <> 'none') over (
                partition by github_login, account_key
                order by began_at
                rows between unbounded preceding and current row
            ) > 0
            or count_if(match_method <> 'none') over (partition by github_login, account_key) = 0
    ) as settled
),

filled as (
    select
        *,
        {%- for column in ['name', 'email', 'team', 'title', 'manager_ldap'] %}
        -- Nor is there a state before the column was known: of several sources, not each tells it.
        iff(
            count({{ column }}) over (
                partition by github_login, account_key
                order by began_at
                rows between unbounded preceding and current row
            ) = 0,
            first_value({{ column }}) ignore nulls over (
                partition by github_login, account_key
                order by began_at
                rows between unbounded preceding and unbounded following
            ),
            {{ column }}
        ) as known_{{ column }},
        {%- endfor %}
        row_number() over (partition by github_login, account_key, is_own order by began_at) = 1 as is_first_of_own,
        iff(is_first, '1970-01-01'::timestamp_ntz, began_at) as valid_from,
        iff(
            is_own,
            ended_at,
            lead(began_at) over (partition by github_login, account_key order by began_at)
        ) as valid_to
    from known
)

select
    user_key,
    github_login,
    github_user_id,
    account_type,
    person_key,
    ldap,
    known_name as name,
    known_email as email,
    known_team as team,
    known_title as title,
    known_manager_ldap as manager_ldap,
    is_active,
    match_method,
    valid_from,
    valid_to,
    -- Of several accounts the first had the login since ever, and each other one since it was seen with it.
    case
        when is_first_of_login then valid_from
        when is_own then iff(is_first_of_own, login_began_at, began_at)
    end as login_held_from,
    valid_to is null as is_current
from filled
