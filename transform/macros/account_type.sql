{% macro account_type(login, user_type, is_service_account) -%}
    {#- bot, service_account or human; an account that is gone counts as human. -#}
    case
        when {{ user_type }} = 'Bot' or endswith(lower({{ login }}), '[bot]') then 'bot'
        when {{ is_service_account }} then 'service_account'
        else 'human'
    end
{%- endmacro %}


{% macro is_service_account(login) -%}
    {#- Whether a login begins as those of service accounts do; others are listed in a seed. One prefix needs no list. -#}
    {%- set prefixes = var('service_account_prefixes') -%}
    (
        false
        {%- for prefix in ([prefixes] if prefixes is string else prefixes) %}
        or startswith(lower({{ login }}), '{{ prefix | lower }}')
        {%- endfor %}
    )
{%- endmacro %}
