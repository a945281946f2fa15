# Unreviewed.
continue = Продовжити
back = Назад
cancel = Скасувати
save = Зберегти
password = Пароль
activate-cloud-backup = Увімкнути резервне копіювання
backup-password = Пароль резервної копії
repeat-password = Повторіть пароль
skip-for-now = Поки що пропустити
add-new-token = Додати новий токен
scan-qr-code = Сканувати QR-код
enter-key-manually = Ввести ключ вручну
settings = Налаштування
lock = Заблокувати
unlock = Розблокувати
search = Пошук
