{{ staged_figures('care_flows') }}
