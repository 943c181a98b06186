"""The names of the groups that give people their rights; the migrations make them."""

ADMINISTRATORS = "Administrateurs"
