"""The organisations of the demo: how many of each sort, their names, their posts."""

from dataclasses import dataclass

from contacts_site.demo import posts
from contacts_site.demo.posts import Post
from members.models import MemberKind


@dataclass(frozen=True)
class Organisation:
    """Organisations of one sort.

    `names` are patterns, filled in members.py; `sizes` are the possible numbers of contacts.
    """

    kind: MemberKind
    count: int
    names: tuple[str, ...]
    posts: tuple[Post, ...]
    sizes: tuple[int, ...]
    is_rural: bool = False


CANTEENS = Organisation(
    MemberKind.PROFESSIONAL,
    52,
    (
        "Cantine municipale {of_town}",
        "Cuisine centrale {of_town}",
        "Restaurant scolaire {school}, {town}",
        "Restaurant scolaire {school}, {town}",
        "Groupe scolaire {school} – {town}",
        "Collège {school}, {town}",
        "Lycée {school}, service de restauration",
        "EHPAD {home}, {town}",
        "EHPAD {home}, {town}",
        "Résidence {home}, {town}",
        "Crèche {nursery}, {town}",
        "Hôpital local {of_town}",
        "Maison familiale rurale {of_town}",
    ),
    posts.CANTEEN,
    (1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 12),
)
BAKERIES = Organisation(
    MemberKind.PROFESSIONAL,
    36,
    (
        "Boulangerie {surname}",
        "Boulangerie-pâtisserie {surname}",
        "Boulangerie {bakery}, {town}",
        "{bakery} – {town}",
        "Fournil bio {of_town}",
        "Le Fournil {of_hamlet}",
        "Maison {surname}, artisans boulangers",
        "Aux délices {of_town}",
    ),
    posts.BAKERY,
    (0, 1, 1, 1, 2, 2, 2, 3, 4),
)
SHOPS = Organisation(
    MemberKind.PROFESSIONAL,
    48,
    (
        "{shop} {town}",
        "{shop} {town}",
        "{shop} – {town}",
        "Épicerie {surname}",
        "Magasin de producteurs {of_town}",
        "Épicerie participative {of_town}",
        "Les Halles bio {of_town}",
    ),
    posts.SHOP,
    (0, 1, 2, 3, 3, 4, 4, 5, 6, 7, 9),
)
RESTAURANTS = Organisation(
    MemberKind.PROFESSIONAL,
    32,
    (
        "Brasserie {brasserie}, {town}",
        "Brasserie {brasserie}, {town}",
        "Auberge {of_hamlet}",
        "Chez {first_name}",
        "Restaurant {restaurant}, {town}",
        "Bistrot {brasserie} – {town}",
    ),
    posts.RESTAURANT,
    (0, 1, 1, 2, 2, 3, 4, 5),
)
FARMS = Organisation(
    MemberKind.SUPPLIER,
    58,
    (
        "Ferme {of_hamlet}",
        "Ferme {of_hamlet}",
        "GAEC {of_hamlet}",
        "GAEC {of_hamlet}",
        "GAEC {surname} père et fille",
        "GAEC {surname} frères",
        "EARL {surname}",
        "SCEA {of_hamlet}",
        "Ferme {surname}",
        "Chèvrerie {of_hamlet}",
        "Les Jardins {of_hamlet}",
        "Vergers {of_hamlet}",
        "Le Rucher {of_hamlet}",
        "{person}, maraîchage biologique",
    ),
    posts.FARM,
    (0, 1, 1, 1, 2, 2, 3, 3, 4, 6),
    is_rural=True,
)
COOPERATIVES = Organisation(
    MemberKind.SUPPLIER,
    24,
    (
        "Coopérative laitière {of_town}",
        "Coopérative fruitière {of_town}",
        "Cave coopérative {of_town}",
        "Fruitière {of_town}",
        "SCIC {cooperative}",
        "SCOP {cooperative}",
        "Légumerie solidaire {of_town}",
        "Union des producteurs {of_town}",
    ),
    posts.COOPERATIVE,
    (3, 4, 5, 6, 7, 8, 10, 12),
)
BREWERIES_AND_MILLS = Organisation(
    MemberKind.SUPPLIER,
    10,
    (
        "Brasserie artisanale {of_hamlet}",
        "Microbrasserie {of_town}",
        "Moulin {of_hamlet}",
        "Fromagerie {surname}",
        "Conserverie {of_town}",
        "Huilerie {of_hamlet}",
    ),
    posts.COOPERATIVE,
    (1, 2, 2, 3, 4, 5),
    is_rural=True,
)
ORGANISATIONS = (
    CANTEENS, BAKERIES, SHOPS, RESTAURANTS, FARMS, COOPERATIVES, BREWERIES_AND_MILLS,
)  # fmt: skip
INDIVIDUALS = 40

# Long names and odd references, as on real sites: screens and files must cope with them.
LONG_NAMES = (
    (
        CANTEENS,
        "Syndicat intercommunal à vocation unique de restauration scolaire du plateau",
    ),
    (
        CANTEENS,
        "Établissement d'hébergement pour personnes âgées dépendantes « Les Jardins d'Hippolyte »",
    ),
    (
        COOPERATIVES,
        "Groupement d'intérêt économique des éleveurs et maraîchers biologiques de montagne",
    ),
    (
        SHOPS,
        "L’Épi d’Or et l’Œuf à la coque – épicerie coopérative et participative du quartier",
    ),
    (
        FARMS,
        "Groupement agricole d'exploitation en commun « La Ferme d'en Haut des Trois Frères »",
    ),
)
ODD_REFERENCES = {7: "42", 61: "1007", 118: "2048", 203: "épi-d'or-é1"}

WORDS = {
    "school": (
        "Jules-Ferry", "Jean-Moulin", "Simone-Veil", "Joséphine-Baker", "Émilie-du-Châtelet",
        "Jacques-Prévert", "Louise-Michel", "George-Sand", "Antoine-de-Saint-Exupéry",
        "Aimé-Césaire", "Olympe-de-Gouges", "Les Tilleuls", "Germaine-Tillion",
    ),
    "home": (
        "Les Glycines", "La Roseraie", "Le Clos fleuri", "Les Jardins d'Automne", "Saint-Joseph",
        "Les Hirondelles", "L'Âge d'Or", "Le Bel Été", "Sainte-Élisabeth",
    ),
    "nursery": (
        "Les P'tits Loups", "Pomme d'Api", "L'Île aux enfants", "À petits pas", "Gribouille",
    ),
    "bakery": (
        "Au pain doré", "L'Épi d'argent", "Le Pétrin d'antan", "La Huche à pain", "Le Four à bois",
        "Pain, levain & compagnie", "À la bonne miche", "Croûte et mie",
    ),
    "shop": (
        "Coquelibio", "L'Ortie folle", "Terra Mirabelle", "Bio Traverse", "Le Vrac heureux",
        "La Fève enchantée", "Graines & Paniers", "Les Épis verts", "Le Panier des cimes",
    ),
    "brasserie": (
        "du Marché", "de la Gare", "des Halles", "du Théâtre", "de l'Hôtel de Ville",
        "des Arcades", "du Pont-Neuf", "de l'Étoile",
    ),
    "restaurant": (
        "L'Écuelle", "La Table d'Augustine", "Le Chou frisé", "Côté cour", "Les Sœurs Gourmandes",
        "À la fortune du pot", "Le Bœuf à l'herbe",
    ),
    "cooperative": (
        "Les Champs communs", "Terres d'avenir", "Le Grand Panier", "Mains vertes", "L'Ébullition",
        "Semailles & Moissons", "Récoltes partagées", "De la terre à l'assiette", "L'Arrosoir",
    ),
}  # fmt: skip
