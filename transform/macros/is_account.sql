{% macro is_account(login, user_id, known) -%}
    {#-
        Whether a row is of the account that is known by its login. An account that changes its name leaves the former
        one to whoever wants it, so that the ids must be the same, too, where both are known.
    -#}
    lower({{ login }}) = {{ known }}.github_login
    and coalesce({{ user_id }} = {{ known }}.github_user_id, true)
{%- endmacro %}
