"""The names of the groups that give people their rights; migrations of contacts_site make them."""

ADMINISTRATORS = "Administrateurs"
