{% macro dora_bucket(seconds) -%}
    {#- elite below an hour, high below a day, medium below a week, low from there on; NULL while unknown. -#}
    case
        when {{ seconds }} < 3600 then 'elite'
        when {{ seconds }} < 86400 then 'high'
        when {{ seconds }} < 604800 then 'medium'
        when {{ seconds }} >= 604800 then 'low'
    end
{%- endmacro %}
