"""Notes about a contact or a member."""

from enum import Enum
from random import Random


class Topic(Enum):
    """What a note is about."""

    ORDERS = "orders"
    MEALS = "meals"
    ACCOUNTS = "accounts"
    PUBLIC_ACCOUNTS = "public accounts"
    RECEPTION = "reception"
    QUALITY = "quality"
    DIRECTION = "direction"
    COLLEAGUE = "colleague"
    CLIENT = "client"
    SUPPLIER = "supplier"
    INDIVIDUAL = "individual"


_NOTES = {
    Topic.ORDERS: (
        "Commande chaque {day} avant {hour}.",
        "À appeler de préférence le matin.",
        "Commande par téléphone, confirme par mail.",
        "Ne remplace jamais un produit manquant sans demander.",
        "Jours de commande :\n- {day} pour le frais\n- vendredi pour l'épicerie",
        "Absent le mercredi.\nEn cas d'urgence, appeler le second numéro.",
        "Veut recevoir les prix du marché le {day}.\nÉtudie aussi les propositions de déclassé.",
    ),
    Topic.MEALS: (
        "Commande chaque {day} avant {hour}.",
        "À appeler tôt, avant le coup de feu.",
        "Pas de commande pendant les vacances scolaires (zone A).",
        "Menus publiés le {day} : prévenir avant en cas de rupture.",
        "Ne remplace jamais un produit manquant sans demander.",
        "Absent le mercredi.\nEn cas d'urgence, appeler le second numéro.",
        "Effectifs confirmés la veille.\nAllergènes à signaler : lait, œufs, moutarde.",
        (
            "120 repas par jour, dont 15 végétariens.\n"
            "Allergènes à signaler : gluten, arachides, fruits à coque.\n"
            "Pas de porc le {day}."
        ),
    ),
    Topic.ACCOUNTS: (
        "Bon de commande n° à rappeler sur chaque facture.",
        "Paie à 30 jours fin de mois.",
        "Relances par mail seulement.",
        "Prélèvement le 10 du mois.",
        "Demande un relevé en fin de trimestre.",
        "Ne travaille que le {day} et le vendredi.\nPour les avoirs, joindre le bon de livraison.",
        "Cabinet extérieur.\nBureaux ouverts de 9 h à 12 h et de 14 h à 17 h.",
    ),
    Topic.PUBLIC_ACCOUNTS: (
        "Bon de commande n° à rappeler sur chaque facture.",
        "Mandat à 30 jours.",
        "Factures par Chorus Pro uniquement, code service CUISINE-{code}.",
        "Clôture de l'exercice le 10 décembre, plus de facture ensuite.",
        "Chorus Pro :\n- code service : REST-{code}\n- engagement demandé au-delà de 500 €",
        "Ne travaille que le {day} et le vendredi.\nPour les avoirs, joindre le bon de livraison.",
    ),
    Topic.RECEPTION: (
        "Quai ouvert de 6 h à {hour}.",
        "Code du portail : {code}.",
        "Sonner à l'interphone « Livraisons », puis attendre.",
        "Pas de hayon possible, rue étroite.",
        "Rendre les caisses vides à chaque livraison.",
        "Température du frais contrôlée à chaque réception.",
        (
            "Livraison par l'arrière, côté cour.\nCode du portail : {code}\n"
            "Attention, sortie d'école dans la rue à 11 h 30."
        ),
        "Horaires de livraison :\n- du lundi au jeudi, de 6 h 30 à {hour}\n- vendredi, avant 9 h",
        (
            "Chambre froide au sous-sol, monte-charge à gauche.\n"
            "Déposer les clés dans la boîte (code {code})."
        ),
        "Signe les bons sur place.\nÀ défaut, demander l'accueil.",
    ),
    Topic.QUALITY: (
        "Demande les fiches techniques et les certificats bio à jour.",
        "Signale les non-conformités par mail, photo jointe.",
        "À prévenir en premier en cas de rappel de lot.",
        "Audit chaque année en {month}.",
        "Suit les allergènes : œufs, lait, sésame, céleri.",
        "Réclamations sous 24 h pour le frais, 72 h pour le sec.",
        "Rappels de lot :\n1. appeler, quelle que soit l'heure\n2. confirmer par mail",
        "Allergies graves à l'arachide.\nAnnoncer toute substitution avant de livrer.",
    ),
    Topic.DIRECTION: (
        "Rencontré au salon de {month}.",
        "En congé en {month}.",
        "Préfère les mails aux appels.",
        "Injoignable le {day}.",
        "Décide des contrats à l'année.\nRendez-vous à prendre un mois avant.",
        "A repris la maison l'an dernier.\nTient beaucoup au circuit court.",
    ),
    Topic.COLLEAGUE: (
        "En congé en {month}.",
        "Préfère les mails aux appels.",
        "Présence le {day} et le vendredi seulement.",
        "Remplace le responsable en {month}.",
        "Ne plus appeler pour les commandes.\nGarder pour les réunions annuelles.",
    ),
    Topic.CLIENT: (
        "Livraison le {day} et le vendredi avant {hour}.",
        "Fermeture annuelle en {month}.",
        "Travaille avec nous depuis 2019.",
        "Tournée n° 3.",
        "Accès poids lourds interdit, venir en fourgon.",
        "Code du portail : {code}.\nSe garer dans la cour, à droite.",
        "Horaires de livraison :\n- {day} et vendredi, de 6 h à {hour}\n- fermé le samedi",
        "Contrat renouvelé en {month}.\nProduits bio et label rouge seulement.",
    ),
    Topic.SUPPLIER: (
        "Certifié bio depuis douze ans.",
        "Ramassage le {day}, à partir de {hour}.",
        "En conversion, deuxième année.",
        "Minimum de commande : 150 € hors taxes.",
        "Légumes de mai à novembre, œufs toute l'année.",
        "Vente directe le {day} de 16 h à 19 h.",
        "Emballages consignés :\n- caisses vertes, 4 €\n- palettes Europe, 12 €",
        "Chien dans la cour, il aboie mais ne mord pas.\nCode de la chambre froide : {code}.",
        "Route fermée l'hiver au-dessus de 900 m.\nPasser par le col en {month}.",
    ),
    Topic.INDIVIDUAL: (
        "Panier de saison chaque {day}.",
        "Retire ses commandes à Villeurbanne.",
        "Bénévole aux préparations du {day}.",
        "Sans gluten.\nPrévenir si le panier contient des noix.",
        "Partage un panier avec ses voisins.",
    ),
}
_DAYS = ("lundi", "mardi", "mercredi", "jeudi")
_HOURS = ("7 h", "8 h", "8 h 30", "9 h", "10 h", "10 h 30", "11 h")
_MONTHS = ("janvier", "février", "mars", "juin", "juillet", "août", "octobre", "décembre")


def draw_note(rng: Random, topic: Topic) -> str:
    return rng.choice(_NOTES[topic]).format(
        day=rng.choice(_DAYS),
        hour=rng.choice(_HOURS),
        month=rng.choice(_MONTHS),
        code=f"{rng.randrange(10_000):04}{rng.choice('AB')}",
    )
