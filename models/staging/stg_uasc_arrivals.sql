{{ staged_figures('uasc_arrivals') }}
