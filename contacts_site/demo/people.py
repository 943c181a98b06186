"""First names and surnames, and persons with these names."""

from dataclasses import dataclass
from random import Random

WOMEN = (
    "Adèle", "Agnès", "Aïcha", "Amélie", "Anaïs", "Andrée", "Anne-Sophie", "Aurélie", "Béatrice",
    "Bénédicte", "Camille", "Cécile", "Céline", "Chloé", "Claire", "Clémence", "Corinne",
    "Delphine", "Élise", "Élodie", "Émilie", "Estelle", "Fatima", "Florence", "Françoise",
    "Gaëlle", "Hélène", "Inès", "Isabelle", "Jeanne", "Joëlle", "Julie", "Karine", "Léa", "Léna",
    "Lucie", "Maëlle", "Manon", "Marie-Laure", "Marie-Thérèse", "Mathilde", "Mélanie", "Nadège",
    "Nathalie", "Noémie", "Océane", "Pauline", "Raphaëlle", "Sandrine", "Sarah", "Séverine",
    "Solène", "Sylvie", "Valérie", "Véronique", "Virginie", "Yasmine", "Zoé",
)  # fmt: skip
MEN = (
    "Adrien", "Alain", "Alexandre", "Antoine", "Arnaud", "Aurélien", "Baptiste", "Benoît",
    "Bertrand", "Bruno", "Cédric", "Clément", "Cyril", "Damien", "Denis", "Didier", "Émile",
    "Éric", "Étienne", "Fabien", "Florian", "François", "Frédéric", "Gaël", "Gérard", "Grégory",
    "Guillaume", "Hervé", "Hugo", "Jean-Baptiste", "Jean-Marc", "Jean-Yves", "Jérémy", "Jérôme",
    "Joël", "Julien", "Karim", "Laurent", "Loïc", "Lucas", "Ludovic", "Marc", "Mathieu", "Maxime",
    "Mehdi", "Michaël", "Mickaël", "Nicolas", "Noël", "Olivier", "Pascal", "Patrice",
    "Pierre-Yves", "Quentin", "Raphaël", "Rémi", "Romain", "Sébastien", "Stéphane", "Théo",
    "Thierry", "Tristan", "Vincent", "Xavier", "Yann", "Yves",
)  # fmt: skip
SURNAMES = (
    "Abadie", "Achard", "Allègre", "Arnaud", "Aubert", "Badaoui", "Barbier", "Barthélemy",
    "Béal", "Benoît", "Bérard", "Berthet", "Blanchard", "Boissière", "Bonnefoy", "Bouchet",
    "Bouvier", "Boyer", "Brunel", "Chaléat", "Chambon", "Champavère", "Chapuis", "Charbonnel",
    "Charrière", "Chauvet", "Chevalier", "Clément", "Colombet", "Cordier", "Cottet-Emard",
    "Coudurier", "Courbière", "Couturier", "Cuzin", "Da Silva", "Dalmasso", "Darnand",
    "de La Fouchardière", "Delorme", "Descombes", "Desprès", "Diallo", "Dubœuf", "Ducrot",
    "Dufaÿs", "Dumoulin", "Dupré", "Durieux", "El Amrani", "Escoffier", "Fayolle", "Fernandes",
    "Ferréol", "Fontanel", "Forestier", "Fournier", "Gaillard", "Garnier", "Gauthier", "Genevois",
    "Gérin", "Giraud", "Gonnet", "Grosjean", "Guérin", "Guillermet", "Haddad", "Héritier",
    "Jacquet", "Janin", "Jourdan", "Joubert", "Kowalski", "Lacombe", "Lafay", "Lambert",
    "Lapérouse", "Le Goff", "Lefèvre", "Lemaître", "L'Hostis", "Maïssa", "Maréchal", "Martinet",
    "Mathevet", "Mazoyer", "Meunier", "Michalon", "Molière", "Monnet", "Montéléon", "Moreau",
    "Moulin", "Naudin", "N'Diaye", "Nguyen", "Nodet", "Oriol", "Paccard", "Pégaz-Blanc",
    "Pélissier", "Perrin", "Peÿrou", "Philibert", "Picard", "Pitiot", "Poncet", "Prévost",
    "Quéré", "Ravel", "Rebière", "Reynaud", "Rivoire", "Robin-Lassagne", "Rochette", "Rousset",
    "Sabatier", "Saïdi", "Sénéchal", "Servonnat", "Tardy", "Tête", "Teyssier", "Thévenet",
    "Tissot", "Traoré", "Valentin", "Vallée", "Verdier", "Véricel", "Vialatte", "Villard",
    "Vuillermoz", "Zanetti",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A person, who becomes a contact or an individual member."""

    first_name: str
    surname: str
    is_woman: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.surname}"


def draw_person(rng: Random) -> Person:
    is_woman = rng.random() < 0.5
    return Person(rng.choice(WOMEN if is_woman else MEN), rng.choice(SURNAMES), is_woman)
