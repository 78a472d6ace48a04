{% macro is_account(login, user_id, known) -%}
    {#-
        Whether a row is of the account that is known by its login. An account that changes its name leaves the former
        one to whoever wants it, so that the ids must be the same, too, where both are known.
    -#}
    lower({{ login }}) = {{ known }}.github_login
    and coalesce({{ user_id }} = {{ known }}.github_user_id, true)
{%- endmacro %}


{% macro is_account_at(login, user_id, moment, period) -%}
    {#-
        Whether a row of some moment is of a period of dim_github__user, at most one of them. A row that tells no id is of
        the account that had the login then.
    -#}
    {{ is_account(login, user_id, period) }}
    and {{ moment }} >= iff(
        {{ user_id }} = {{ period }}.github_user_id,
        {{ period }}.valid_from,
        {{ period }}.login_held_from
    )
    and ({{ moment }} < {{ period }}.valid_to or {{ period }}.valid_to is null)
{%- endmacro %}
