{{ staged_figures('contacts_and_referrals') }}
