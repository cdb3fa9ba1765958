from django.urls import URLPattern

app_name = "compute"

urlpatterns: list[URLPattern] = []
