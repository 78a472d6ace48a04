{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- In dev each person has schemas of their own, DEV_MARTS and so on; elsewhere the names are plain. -#}
    {%- set name = custom_schema_name | default(target.schema, true) | trim -%}
    {%- if target.name == 'dev' and custom_schema_name is not none -%}
        {{ target.schema }}_{{ name }}
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
