SIGN_OUT = "/deconnexion/"


def test_a_person_signs_out(back_office):
    assert back_office.post(SIGN_OUT)["Location"] == "/connexion/"
    assert back_office.get("/membres/")["Location"] == "/connexion/?next=/membres/"


def test_a_link_signs_nobody_out(back_office):
    assert back_office.get(SIGN_OUT).status_code == 405
    assert back_office.get("/membres/").status_code == 200


def test_who_has_signed_out_already_is_not_led_back_to_sign_out(nobody, db):
    assert nobody.post(SIGN_OUT)["Location"] == "/connexion/"
