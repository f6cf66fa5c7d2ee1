{{ staged_figures('uasc_care_leavers') }}
