{% macro share_of(part, whole) -%}
    {#- A share as a float; NULL of nothing. A quotient of whole numbers would be rounded to six digits. -#}
    {{ part }}::float / nullif({{ whole }}, 0)
{%- endmacro %}
