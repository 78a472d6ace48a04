{% macro default_deploy_source() -%}
    {#- The variable, as a literal; what is mistyped would leave every service without a deployment. -#}
    {%- set sources = ['deployment', 'release', 'deploy_event', 'merged_at'] -%}
    {%- set source = var('default_deploy_source') -%}
    {%- if source not in sources -%}
        {{ exceptions.raise_compiler_error(
            "default_deploy_source is one of " ~ sources | join(", ") ~ ", not " ~ source
        ) }}
    {%- endif -%}
    '{{ source }}'
{%- endmacro %}
