{% macro size_class(lines) -%}
    {#- XS up to 10 changed lines, S up to 50, M up to 250, L up to 1,000, XL above. -#}
    case
        when {{ lines }} <= 10 then 'XS'
        when {{ lines }} <= 50 then 'S'
        when {{ lines }} <= 250 then 'M'
        when {{ lines }} <= 1000 then 'L'
        when {{ lines }} > 1000 then 'XL'
    end
{%- endmacro %}
