"""The posts that people have in organisations, and the notifications that go with them."""

from dataclasses import dataclass

from contacts.models import ContactType
from contacts_site.demo.notes import Topic


@dataclass(frozen=True)
class Post:
    """A post in an organisation: its title for a man and a woman, types of contact, notes.

    `desk` is the contact's name if it is a service instead of a person; `mailbox` is the part of
    its address before the @.
    """

    man: str
    woman: str
    types: tuple[ContactType, ...]
    topic: Topic
    desk: str
    mailbox: str


_ADMINISTRATIVE = (ContactType.ADMINISTRATIVE,)
_ORDERS = (ContactType.ORDERS, ContactType.ORDERS, ContactType.ORDERS, ContactType.ALL)
_EVERYTHING = (ContactType.ALL, ContactType.ALL, ContactType.ALL, ContactType.ORDERS)
_QUALITY = (ContactType.AFTER_SALES,)
_RECEIVER = (ContactType.RECEIVER,)
_NOTHING = (ContactType.NONE,)


def _accounts(man: str, woman: str = "", topic: Topic = Topic.ACCOUNTS) -> Post:
    return Post(man, woman or man, _ADMINISTRATIVE, topic, "Service comptabilité", "compta")


def _orders(man: str, woman: str = "") -> Post:
    return Post(man, woman or man, _ORDERS, Topic.ORDERS, "Service des commandes", "commandes")


def _kitchen(man: str, woman: str) -> Post:
    return Post(man, woman, _ORDERS, Topic.MEALS, "Cuisine", "cuisine")


def _head(man: str, woman: str = "") -> Post:
    return Post(man, woman or man, _EVERYTHING, Topic.DIRECTION, "Bureau", "contact")


def _quality(man: str, woman: str = "") -> Post:
    return Post(man, woman or man, _QUALITY, Topic.QUALITY, "Service qualité", "qualite")


def _receiver(man: str, woman: str = "") -> Post:
    return Post(man, woman or man, _RECEIVER, Topic.RECEPTION, "Quai de livraison", "reception")


def _listed(man: str, woman: str = "") -> Post:
    return Post(man, woman or man, _NOTHING, Topic.COLLEAGUE, "Accueil", "accueil")


_TENDERS = Post(
    "Acheteur public",
    "Acheteuse publique",
    _ADMINISTRATIVE,
    Topic.PUBLIC_ACCOUNTS,
    "Bureau des marchés publics : achats de denrées alimentaires, d'épicerie et de produits "
    "d'entretien",
    "marches",
)

CANTEEN = (
    _kitchen("Chef de cuisine", "Cheffe de cuisine"),
    _accounts("Gestionnaire", topic=Topic.PUBLIC_ACCOUNTS),
    _receiver("Magasinier", "Magasinière"),
    _quality("Responsable qualité"),
    _kitchen("Second de cuisine", "Seconde de cuisine"),
    _receiver("Agent de restauration", "Agente de restauration"),
    _listed("Directeur", "Directrice"),
    _accounts("Comptable", topic=Topic.PUBLIC_ACCOUNTS),
    _quality("Diététicien", "Diététicienne"),
    _head("Responsable des achats"),
    _accounts("Régisseur de recettes", "Régisseuse de recettes", Topic.PUBLIC_ACCOUNTS),
    _listed("Responsable de la vie sociale et de la commission des menus"),
    _receiver("Gardien", "Gardienne"),
    _TENDERS,
)
BAKERY = (
    _head("Gérant", "Gérante"),
    _orders("Boulanger", "Boulangère"),
    _receiver("Vendeur", "Vendeuse"),
    _accounts("Comptable"),
    _orders("Pâtissier", "Pâtissière"),
    _quality("Responsable de boutique"),
    _receiver("Boulanger de nuit", "Boulangère de nuit"),
    _listed("Apprenti", "Apprentie"),
)
SHOP = (
    _head("Gérant", "Gérante"),
    _receiver("Réceptionnaire quai"),
    _accounts("Comptable"),
    _orders("Responsable fruits et légumes"),
    _quality("Service client"),
    _orders("Responsable vrac"),
    _orders("Responsable produits frais"),
    _receiver("Employé polyvalent", "Employée polyvalente"),
    _quality("Responsable qualité"),
    _accounts("Assistant administratif", "Assistante administrative"),
    _listed("Chargé de communication", "Chargée de communication"),
    _receiver("Caissier", "Caissière"),
    _listed("Stagiaire"),
    _head("Responsable de magasin"),
)
RESTAURANT = (
    _head("Patron", "Patronne"),
    _kitchen("Chef de cuisine", "Cheffe de cuisine"),
    _accounts("Comptable"),
    _kitchen("Second de cuisine", "Seconde de cuisine"),
    _receiver("Commis de cuisine", "Commise de cuisine"),
    _quality("Maître d'hôtel", "Maîtresse d'hôtel"),
    _listed("Sommelier", "Sommelière"),
    _receiver("Plongeur", "Plongeuse"),
)
FARM = (
    _head("Associé gérant", "Associée gérante"),
    _accounts("Conjoint collaborateur", "Conjointe collaboratrice"),
    _orders("Responsable des commandes"),
    _listed("Exploitant", "Exploitante"),
    _receiver("Chauffeur-livreur", "Chauffeuse-livreuse"),
    _quality("Fromager", "Fromagère"),
    _orders("Maraîcher", "Maraîchère"),
    _listed("Salarié agricole", "Salariée agricole"),
    _accounts("Conseiller de gestion", "Conseillère de gestion"),
    _listed("Apprenti", "Apprentie"),
)
COOPERATIVE = (
    _head("Directeur", "Directrice"),
    _accounts("Comptable"),
    _orders("Assistant commercial", "Assistante commerciale"),
    _quality("Responsable qualité"),
    _receiver("Réceptionnaire quai"),
    _orders("Responsable logistique"),
    _listed("Président", "Présidente"),
    _quality("Chargé de clientèle", "Chargée de clientèle"),
    _accounts("Secrétaire"),
    _receiver("Chef de quai", "Cheffe de quai"),
    _head("Responsable des ventes"),
    _receiver("Cariste"),
    _accounts("Responsable administratif et financier", "Responsable administrative et financière"),
    _listed("Chauffeur-livreur", "Chauffeuse-livreuse"),
)
