{% macro seconds_between(earlier, later) -%}
    {#- Whole seconds from one moment to another; NULL where one is missing, or where clocks disagree. -#}
    iff({{ later }} >= {{ earlier }}, datediff('second', {{ earlier }}, {{ later }}), null)
{%- endmacro %}
